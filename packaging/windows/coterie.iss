; Not yet run: written for Inno Setup 6.3 on Windows and never compiled. README.md here says how.
; Makes an installer for one person (no administrator) of dist\coterie, which `make bundle` builds.
; ISCC /DVersion=0.1.0 packaging\windows\coterie.iss

#ifndef Version
  #error Give the version: ISCC /DVersion=0.1.0 coterie.iss
#endif
#define Bundle "..\..\dist\coterie"

[Setup]
AppId={{6B0B7E0C-6F0C-4B52-9B4A-2E0A1B9B5C0E}
AppName=Coterie
AppVersion={#Version}
DefaultDirName={autopf}\Coterie
DefaultGroupName=Coterie
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
ChangesAssociations=yes
CloseApplications=yes
SetupIconFile=..\..\build\coterie.ico
UninstallDisplayIcon={app}\coterie.exe
LicenseFile=..\..\LICENSE
OutputDir=..\..\dist
OutputBaseFilename=coterie-{#Version}-windows-x86_64
Compression=lzma2
SolidCompression=yes
WizardStyle=modern

[Languages]
Name: "english"; MessagesFile: "compiler:Default.isl"
Name: "german"; MessagesFile: "compiler:Languages\German.isl"

[CustomMessages]
english.OpenGguf=Open .gguf files with Coterie
german.OpenGguf=.gguf-Dateien mit Coterie öffnen
english.GgufType=GGUF language model
german.GgufType=GGUF-Sprachmodell
english.DeleteModels=Delete the language models too?%n%nThat is all models in Coterie's own folder, also those put there by hand; of a folder chosen for models only what Coterie put there. Chats and settings stay in any case. To have the models again they must be fetched again.
german.DeleteModels=Auch die Sprachmodelle löschen?%n%nDas sind alle Modelle in Coteries eigenem Ordner, auch von Hand dort abgelegte; in einem für Modelle gewählten Ordner nur, was Coterie dort abgelegt hat. Chats und Einstellungen bleiben in jedem Fall. Um die Modelle wieder zu haben, müssen sie neu beschafft werden.
english.ModelsStay=The models were left where they are.
german.ModelsStay=Die Modelle sind geblieben, wo sie sind.

[Tasks]
Name: "gguf"; Description: "{cm:OpenGguf}"
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[Files]
Source: "{#Bundle}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{autoprograms}\Coterie"; Filename: "{app}\coterie.exe"
Name: "{autodesktop}\Coterie"; Filename: "{app}\coterie.exe"; Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "Software\Classes\Coterie.gguf"; ValueType: string; ValueData: "{cm:GgufType}"; Flags: uninsdeletekey; Tasks: gguf
Root: HKA; Subkey: "Software\Classes\Coterie.gguf\DefaultIcon"; ValueType: string; ValueData: "{app}\coterie.exe,0"; Tasks: gguf
Root: HKA; Subkey: "Software\Classes\Coterie.gguf\shell\open\command"; ValueType: string; ValueData: """{app}\coterie.exe"" ""%1"""; Tasks: gguf
Root: HKA; Subkey: "Software\Classes\.gguf"; ValueType: string; ValueName: "Content Type"; ValueData: "application/x-gguf"; Flags: uninsdeletevalue; Tasks: gguf
Root: HKA; Subkey: "Software\Classes\.gguf\OpenWithProgids"; ValueType: string; ValueName: "Coterie.gguf"; ValueData: ""; Flags: uninsdeletevalue; Tasks: gguf
; `coterie` in Run and in a command line that looks there
Root: HKA; Subkey: "Software\Microsoft\Windows\CurrentVersion\App Paths\coterie.exe"; ValueType: string; ValueData: "{app}\coterie.exe"; Flags: uninsdeletekey

[Run]
Filename: "{app}\coterie.exe"; Description: "{cm:LaunchProgram,Coterie}"; Flags: nowait postinstall skipifsilent

[Code]
// Before the program goes: only it knows where the models are. A silent uninstall leaves them.
procedure CurUninstallStepChanged(Step: TUninstallStep);
var
  Code: Integer;
begin
  if (Step <> usUninstall) or UninstallSilent then
    exit;
  if MsgBox(CustomMessage('DeleteModels'), mbConfirmation, MB_YESNO or MB_DEFBUTTON2) <> IDYES then
    exit;
  if not Exec(ExpandConstant('{app}\coterie.exe'), 'remove-data --models --yes', '', SW_HIDE,
    ewWaitUntilTerminated, Code) or (Code <> 0) then
    MsgBox(CustomMessage('ModelsStay'), mbInformation, MB_OK);
end;
