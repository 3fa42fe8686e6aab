namespace RetroVue.Media.Devices;

/// <summary>A device that could be opened when the list was made.</summary>
/// <param name="Api">How it is reached.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Id">What to open it by, such as "hw:CARD=Loopback,DEV=1" or "/dev/video0".</param>
/// <param name="Name">The name for people.</param>
/// <param name="Capabilities">What it can do; empty if it is in use and does not tell.</param>
public sealed record DeviceInfo(DeviceApi Api, DeviceKind Kind, string Id, string Name, IReadOnlyList<DeviceCapability> Capabilities);
