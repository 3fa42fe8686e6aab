using RetroVue.Media.Devices;
using Spectre.Console;

namespace RetroVue.Samples;

/// <summary>Shows the devices to people.</summary>
internal static class DeviceTable
{
    private const int MostCapabilities = 8;

    public static void Write(IReadOnlyList<DeviceInfo> devices)
    {
        if (devices.Count == 0)
        {
            Console.WriteLine("There is no device: no sound card, no camera, and no PipeWire daemon that could be asked.");
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

        AnsiConsole.Write(table);
    }
}
