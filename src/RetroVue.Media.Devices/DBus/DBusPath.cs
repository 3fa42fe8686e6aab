namespace RetroVue.Media.Devices.DBus;

/// <summary>An object's path: the argument type "o" of D-Bus.</summary>
internal readonly record struct DBusPath(string Text);
