using RetroVue.Media.Devices.PipeWire;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.PipeWire;

[NonParallelizable]
public sealed class PipeWireDevicesTests
{
    [Test]
    public void List_names_the_nodes_with_what_they_can_do()
    {
        using PipeWireDaemon daemon = PipeWireDaemon.Start();
        IReadOnlyList<DeviceInfo> devices = PipeWireDevices.List(daemon.Remote);
        foreach (DeviceInfo device in devices)
        {
            TestContext.Out.WriteLine($"{device.Kind} {device.Id} '{device.Name}': {string.Join("; ", device.Capabilities)}");
        }

        Assert.That(
            devices.Select(device => (device.Kind, device.Id, device.Name)),
            Is.EquivalentTo(new[]
            {
                (DeviceKind.AudioSink, "test-sink", "Test sink"),
                (DeviceKind.AudioSink, "test-sink-graph", "Test sink of the graph"),
                (DeviceKind.AudioSource, "test-audio", "Test tone"),
                (DeviceKind.VideoSource, "test-video", "Test picture"),
                (DeviceKind.VideoSource, "test-video-graph", "Test picture of the graph"),
            }));
        Assert.That(devices.Select(device => device.Api), Is.All.EqualTo(DeviceApi.PipeWire));
        DeviceInfo video = devices.Single(device => device.Id == "test-video");
        List<VideoCapability> pictures = [.. video.Capabilities.Cast<VideoCapability>()];
        Assert.That(pictures.Select(capability => capability.Format), Is.EquivalentTo(new[] { "RGB", "UYVY" }));
        Assert.That(pictures[0].FrameRates, Is.EqualTo(new[] { new Rational(25, 1) }));
        DeviceInfo sound = devices.Single(device => device.Id == "test-audio");
        Assert.That(sound.Capabilities.OfType<AudioCapability>().Select(offer => offer.SampleFormat), Does.Contain(SampleFormat.F32));
    }

    [TestCase("test-video")]
    [TestCase("test-audio")]
    public async Task Session_manager_links_where_there_is_one(string target)
    {
        using PipeWireDaemon daemon = PipeWireDaemon.Start("-s", "wireplumber");
        PipeWireSource source = target == "test-video"
            ? new PipeWireVideoSource("source", new PipeWireVideoSourceOptions
            {
                Remote = daemon.Remote, Target = target, Linking = PipeWireLinking.SessionManager,
            })
            : new PipeWireAudioSource("source", new PipeWireAudioSourceOptions { Remote = daemon.Remote, Target = target });
        Capture capture = await Capture.RunAsync(source, ClockTime.FromSeconds(1));
        Assert.That(capture.Sink.Seen, Has.Count.GreaterThan(15));
    }
}
