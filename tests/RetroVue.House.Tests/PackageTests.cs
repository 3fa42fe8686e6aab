using System.Diagnostics;

namespace RetroVue.House.Tests;

/// <summary>The packages contain their native parts. Without these, packing fails.</summary>
[Category("Slow")]
public sealed class PackageTests
{
    private const int PackageIsMissing = 77;

    private const string Program =
        """
        using Microsoft.Extensions.Logging.Abstractions;
        using RetroVue.Media.Devices.PipeWire;
        using RetroVue.Media.Elements.Probes;
        using RetroVue.Media.FFmpeg;
        using RetroVue.Media.Pipelines;

        FFmpegLibrary.LogTo(NullLoggerFactory.Instance);
        Console.WriteLine("FFmpeg's log is received.");
        await using var pipeline = new Pipeline();
        var source = pipeline.Add(new PipeWireAudioSource("sound", new PipeWireAudioSourceOptions { Remote = args[0], Target = "test-audio" }));
        var probe = pipeline.Add(new TimestampProbe("probe", capacity: 1000));
        pipeline.Link(source, probe);
        await pipeline.StartAsync();
        while (probe.Count < 10) { await Task.Delay(10); }
        await pipeline.StopAsync();
        Console.WriteLine("PipeWire gave sound.");
        """;

    [Test]
    public void Project_that_takes_the_packages_opens_PipeWire_through_them()
    {
        PackedProject.NeedBridge();
        using Process lab = StartPipeWire(out string remote);
        try
        {
            using var project = new PackedProject(Program, "RetroVue.Media.Devices", "RetroVue.Media.FFmpeg");
            Assert.That(project.Run(remote), Does.Contain("FFmpeg's log is received.").And.Contain("PipeWire gave sound."));
        }
        finally
        {
            lab.StandardInput.Close();
            lab.WaitForExit();
        }
    }

    [TestCase("RetroVue.Media.Devices")]
    [TestCase("RetroVue.Media.FFmpeg")]
    public void Packing_without_the_native_part_fails_with_the_remedy(string package)
    {
        string work = Directory.CreateTempSubdirectory("retrovue-unpacked-").FullName;
        try
        {
            (int code, string output) = PackedProject.Dotnet(
                Repository.Root, $"pack src/{package} -c Release --no-build -v quiet -o {work} -p:BridgeFolder={work}/");
            Assert.That(code, Is.Not.Zero, output);
            Assert.That(output, Does.Contain(package).And.Contain("native/build"));
            Assert.That(Directory.EnumerateFiles(work), Is.Empty);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>Starts a daemon for the test; ignores the test if PipeWire is not installed.</summary>
    private static Process StartPipeWire(out string remote)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "tests", "lab", "pipewire-headless"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        Process process = Process.Start(start)!;
        string? line = process.StandardOutput.ReadLine();
        if (line?.Split(' ') is ["ready", string folder, _])
        {
            remote = Path.Combine(folder, "pipewire-0");
            return process;
        }

        process.WaitForExit();
        if (process.ExitCode == PackageIsMissing)
        {
            Assert.Ignore(line ?? "pipewire-headless: a package is missing");
        }

        throw new InvalidOperationException($"pipewire-headless did not start: {line}");
    }
}
