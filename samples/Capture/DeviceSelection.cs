using RetroVue.Media.Devices;
using RetroVue.Media.Devices.Alsa;
using RetroVue.Media.Devices.PipeWire;
using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Samples;

/// <summary>Makes the element that records from a device, by its name: "alsa:NAME", "v4l2:NAME", "pipewire:NAME", or "test".</summary>
internal static class DeviceSelection
{
    private const int SampleRate = 48_000;

    /// <summary>The format for the sound's encoder.</summary>
    public static AudioFormat EncodedSound { get; } = new(SampleFormat.F32Planar, SampleRate, ChannelLayout.Stereo);

    /// <summary>The name that selects a device.</summary>
    public static string NameOf(DeviceInfo device) => $"{device.Api.ToString().ToLowerInvariant()}:{device.Id}";

    /// <exception cref="FormatException">It is not the name of a picture device.</exception>
    public static Element OpenVideo(CaptureSettings settings) => Split(settings.Video!) switch
    {
        ("v4l2", var device) => new V4l2Source("video", new V4l2SourceOptions
        {
            Device = device,
            Width = settings.Width,
            Height = settings.Height,
            FrameRate = settings.FrameRate,
        }),
        ("pipewire", var node) => new PipeWireVideoSource("video", new PipeWireVideoSourceOptions
        {
            Target = node,
            Width = settings.Width,
            Height = settings.Height,
            FrameRate = settings.FrameRate,
        }),
        ("test", _) => new TestVideoSource("video", new TestVideoOptions
        {
            Width = settings.Width,
            Height = settings.Height,
            FrameRate = settings.FrameRate,
            IsLive = true,
            Count = settings.Duration.IsNone ? null : settings.Duration.ToUnits(settings.FrameRate.Inverse),
        }),
        _ => throw new FormatException($"'{settings.Video}' is not a camera: --list shows the names."),
    };

    /// <exception cref="FormatException">It is not the name of a sound device.</exception>
    public static Element OpenAudio(CaptureSettings settings) => Split(settings.Audio!) switch
    {
        ("alsa", var device) => new AlsaSource("audio", new AlsaOptions { Device = device, Format = new AudioFormat(SampleFormat.S16, SampleRate, ChannelLayout.Stereo) }),
        ("pipewire", var node) => new PipeWireAudioSource("audio", new PipeWireAudioSourceOptions { Target = node, SampleRate = SampleRate }),
        ("test", _) => new TestToneSource("audio", new TestToneOptions { IsLive = true, Duration = settings.Duration }),
        _ => throw new FormatException($"'{settings.Audio}' is not a microphone: --list shows the names."),
    };

    private static (string Api, string Device) Split(string name) => name.IndexOf(':', StringComparison.Ordinal) is var colon and > 0
        ? (name[..colon], name[(colon + 1)..])
        : (name, "");
}
