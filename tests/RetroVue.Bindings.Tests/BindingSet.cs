using System.Reflection;
using RetroVue.Media.Devices;
using RetroVue.Media.FFmpeg;
using RetroVue.Media.Time;
using RetroVue.Runtime;

namespace RetroVue.Bindings.Tests;

/// <summary>One folder of bindings and the assembly it is compiled into.</summary>
/// <param name="Name">The folder's and the input's name.</param>
/// <param name="Assembly">The assembly of the generated code.</param>
/// <param name="LeastStructs">The least number of structs with fields. It makes sure that the test checks some.</param>
/// <param name="LeastConstants">The least number of constants and enum members.</param>
internal sealed record BindingSet(string Name, Assembly Assembly, int LeastStructs, int LeastConstants)
{
    public static IReadOnlyList<BindingSet> All { get; } =
    [
        new("libc", typeof(ClockTime).Assembly, 1, 10),
        new("files", typeof(FFmpegLibrary).Assembly, 2, 2),
        new("folders", typeof(StationException).Assembly, 0, 3),
        new("ffmpeg", typeof(FFmpegLibrary).Assembly, 15, 200),
        new("ffmpeg-log", typeof(FFmpegLibrary).Assembly, 1, 4),
        new("alsa", typeof(DeviceException).Assembly, 1, 20),
        new("v4l2", typeof(DeviceException).Assembly, 18, 90),
        new("dbus", typeof(DeviceException).Assembly, 1, 7),
        new("pipewire", typeof(DeviceException).Assembly, 9, 35),
    ];

    public string Input => Path.Combine(Repository.Root, "bindings", Name, $"{Name}.json");

    public override string ToString() => Name;
}
