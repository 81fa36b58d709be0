"""What the dashboard shows: runs, speed, memory, experts, energy and money."""
