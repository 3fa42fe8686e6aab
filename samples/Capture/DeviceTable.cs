using RetroVue.Media.Devices;
using RetroVue.Media.Devices.Portal;
using Spectre.Console;

namespace RetroVue.Samples;

/// <summary>Prints the table of devices.</summary>
internal static class DeviceTable
{
    private const int MostCapabilities = 8;

    public static void Write(IReadOnlyList<DeviceInfo> devices, ScreenCastCapabilities? screens)
    {
        if (devices.Count == 0 && screens is null)
        {
            Console.WriteLine("No device found: no sound card, no camera, no PipeWire daemon, and no desktop portal.");
            return;
        }

        Table table = new Table().RoundedBorder().AddColumns("device", "name", "does");
        foreach (DeviceInfo device in devices)
        {
            IEnumerable<string> capabilities = device.Capabilities.Take(MostCapabilities).Select(capability => capability.ToString()!);
            int more = device.Capabilities.Count - MostCapabilities;
            table.AddRow(
                Markup.Escape(DeviceSelection.NameOf(device)),
                Markup.Escape($"{device.Name} ({device.Kind switch
                {
                    DeviceKind.AudioSource => "records sound",
                    DeviceKind.AudioSink => "plays sound",
                    _ => "records pictures",
                }})"),
                Markup.Escape(string.Join('\n', more > 0 ? capabilities.Append($"and {more} more") : capabilities)));
        }

        if (screens is not null)
        {
            table.AddRow(SharedScreen.Name, "the desktop's portal (records screens)", $"{screens.Kinds}, pointer {screens.Cursors}".ToLowerInvariant());
        }

        AnsiConsole.Write(table);
    }
}
