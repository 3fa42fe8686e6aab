namespace RetroVue.Media.Devices.DBus;

/// <summary>An object's path: the type of argument that D-Bus writes as "o".</summary>
internal readonly record struct DBusPath(string Text);
