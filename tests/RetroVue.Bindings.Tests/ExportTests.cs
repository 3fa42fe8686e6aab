using System.Reflection;
using System.Runtime.InteropServices;
using RetroVue.Bindings.Generator;
using RetroVue.Media.Devices;
using RetroVue.Media.FFmpeg;
using RetroVue.Media.Time;

namespace RetroVue.Bindings.Tests;

public sealed class ExportTests
{
    private const string LibcName = "libc.so.6";
    private const string PipeWireBridge = "libretrovue-media-pipewire.so";
    private const string LogBridge = "libretrovue-media-ffmpeg.so";

    [Test]
    public void Libc_every_bound_function_is_exported()
    {
        var libc = NativeLibrary.Load(LibcName);
        Assembly[] assemblies = [typeof(ClockTime).Assembly, typeof(FFmpegLibrary).Assembly, typeof(DeviceException).Assembly];
        var imports = assemblies.SelectMany(Imports).Where(import => import.Library == LibcName).ToList();
        var missing = imports.Where(import => !NativeLibrary.TryGetExport(libc, import.Name, out _)).ToList();
        Assert.That(imports, Has.Count.GreaterThan(5));
        Assert.That(missing, Is.Empty);
    }

    [TestCase("libasound.so.2", 40)]
    [TestCase("libsystemd.so.0", 25)]
    public void Device_library_every_bound_function_is_exported(string library, int atLeast)
    {
        if (!NativeLibrary.TryLoad(library, out var handle))
        {
            Assert.Ignore($"{library} is not installed.");
        }

        var imports = Imports(typeof(DeviceException).Assembly).Where(import => import.Library == library).ToList();
        var missing = imports.Where(import => !NativeLibrary.TryGetExport(handle, import.Name, out _)).ToList();
        Assert.That(imports, Has.Count.GreaterThan(atLeast));
        Assert.That(missing, Is.Empty);
    }

    [TestCase(typeof(DeviceException), PipeWireBridge, 12)]
    [TestCase(typeof(FFmpegLibrary), LogBridge, 6)]
    public void Bridge_every_bound_function_is_exported(Type user, string bridge, int atLeast)
    {
        // The build puts the libraries that native/build makes beside this assembly.
        if (!NativeLibrary.TryLoad(Path.Combine(AppContext.BaseDirectory, bridge), out var handle))
        {
            Assert.Ignore($"{bridge} is not built (native/build), or what it needs is not installed.");
        }

        var imports = Imports(user.Assembly).Where(import => import.Library == bridge).ToList();
        var missing = imports.Where(import => !NativeLibrary.TryGetExport(handle, import.Name, out _)).ToList();
        Assert.That(imports, Has.Count.GreaterThanOrEqualTo(atLeast));
        Assert.That(missing, Is.Empty);
    }

    [Test]
    public void FFmpeg_every_bound_function_is_exported_by_the_loaded_release()
    {
        var facts = Facts();
        var loaded = FFmpegLibrary.Loaded;
        var imports = FFmpegImports().ToList();
        var missing = imports
            .Where(import => IsIn(facts.RangeOf(import.Library, import.Name)!, loaded.ReleaseName, facts)
                && !NativeLibrary.TryGetExport(loaded.Handles[import.Library], import.Name, out _))
            .ToList();
        Assert.That(imports, Has.Count.GreaterThan(100));
        Assert.That(missing, Is.Empty);
    }

    [Test]
    public void FFmpeg_what_some_release_lacks_is_known()
    {
        // Only CodedSideData calls this function. Another function that some releases lack must be called only there too.
        var facts = Facts();
        var partial = FFmpegImports()
            .Where(import => facts.RangeOf(import.Library, import.Name) != "5.1-8.1")
            .Select(import => import.Name);
        Assert.That(partial, Is.EquivalentTo(new[] { "av_stream_new_side_data" }));
    }

    private static AbiFacts Facts() => AbiFacts.Read(Path.Combine(Repository.Root, "bindings", "ffmpeg", "abi.json"));

    private static bool IsIn(string range, string release, AbiFacts facts)
    {
        var releases = facts.Releases.Keys.ToList();
        var at = releases.IndexOf(release);
        var ends = range.Split('-');
        return at >= releases.IndexOf(ends[0]) && at <= releases.IndexOf(ends[1]);
    }

    private static IEnumerable<(string Library, string Name)> FFmpegImports() =>
        Imports(typeof(FFmpegLibrary).Assembly).Where(import => import.Library is not (LibcName or LogBridge));

    private static IEnumerable<(string Library, string Name)> Imports(Assembly assembly) =>
        from type in assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let import = method.GetCustomAttribute<DllImportAttribute>()
        where import is not null
        select (import.Value, import.EntryPoint ?? method.Name);
}
