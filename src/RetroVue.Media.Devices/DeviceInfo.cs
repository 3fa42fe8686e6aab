namespace RetroVue.Media.Devices;

/// <summary>A device that could be opened when the list was made.</summary>
/// <param name="Api">The interface of the device.</param>
/// <param name="Kind">The kind of device.</param>
/// <param name="Id">The name by which to open it, such as "hw:CARD=Loopback,DEV=1" or "/dev/video0".</param>
/// <param name="Name">The name for people.</param>
/// <param name="Capabilities">The capabilities; empty if the device is in use and does not report them.</param>
public sealed record DeviceInfo(DeviceApi Api, DeviceKind Kind, string Id, string Name, IReadOnlyList<DeviceCapability> Capabilities);
