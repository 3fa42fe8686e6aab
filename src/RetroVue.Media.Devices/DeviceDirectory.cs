namespace RetroVue.Media.Devices;

/// <summary>Lists the devices of the machine.</summary>
/// <remarks>Thread-safe. A device that appears or disappears during the call may or may not be in the list.</remarks>
public static class DeviceDirectory
{
    private static readonly Func<IReadOnlyList<DeviceInfo>>[] s_lists =
        [Alsa.AlsaDevices.List, V4l2.V4l2Devices.List, static () => PipeWire.PipeWireDevices.List()];

    /// <summary>
    /// Returns the devices of all kinds; if the library of an interface is not installed, none of that interface. It opens each device for
    /// a moment to read its capabilities, so call it on a thread that may block.
    /// </summary>
    public static IReadOnlyList<DeviceInfo> List() => [.. s_lists.SelectMany(ListOrNone)];

    private static IReadOnlyList<DeviceInfo> ListOrNone(Func<IReadOnlyList<DeviceInfo>> list)
    {
        try
        {
            return list();
        }
        catch (DeviceLibraryException)
        {
            return [];
        }
    }
}
