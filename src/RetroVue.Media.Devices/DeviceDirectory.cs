namespace RetroVue.Media.Devices;

/// <summary>Tells which devices there are.</summary>
/// <remarks>Thread-safe. A device that comes or goes while the list is made may be in it or not.</remarks>
public static class DeviceDirectory
{
    private static readonly Func<IReadOnlyList<DeviceInfo>>[] s_lists =
        [Alsa.AlsaDevices.List, V4l2.V4l2Devices.List, static () => PipeWire.PipeWireDevices.List()];

    /// <summary>
    /// The devices of every kind; of an interface whose library is not installed, none. Opens each device for a moment to ask what it
    /// can do, so call it on a thread that may block.
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
