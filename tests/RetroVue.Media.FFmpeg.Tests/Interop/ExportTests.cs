using System.Reflection;
using System.Runtime.InteropServices;
using RetroVue.Bindings.Generator;

namespace RetroVue.Media.FFmpeg.Tests.Interop;

public sealed class ExportTests
{
    private const string LibcName = "libc.so.6";

    [Test]
    public void Libc_every_bound_function_is_exported()
    {
        var libc = NativeLibrary.Load(LibcName);
        var imports = Imports(typeof(Time.ClockTime).Assembly).Concat(Imports(typeof(FFmpegLibrary).Assembly).Where(import => import.Library == LibcName));
        var missing = imports.Where(import => !NativeLibrary.TryGetExport(libc, import.Name, out _)).ToList();
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
        Assert.That(imports, Has.Count.GreaterThan(150));
        Assert.That(missing, Is.Empty);
    }

    [Test]
    public void FFmpeg_what_some_release_lacks_is_known()
    {
        // These are called by FFmpegDifferences alone; a function that joins them must too.
        var facts = Facts();
        var partial = FFmpegImports()
            .Where(import => facts.RangeOf(import.Library, import.Name) != "5.1-8.1")
            .Select(import => import.Name);
        Assert.That(partial, Is.EquivalentTo(new[] { "av_stream_get_side_data" }));
    }

    private static AbiFacts Facts() => AbiFacts.Read(Path.Combine(Path.GetDirectoryName(Repository.FFmpegInput)!, "abi.json"));

    private static bool IsIn(string range, string release, AbiFacts facts)
    {
        var releases = facts.Releases.Keys.ToList();
        var at = releases.IndexOf(release);
        var ends = range.Split('-');
        return at >= releases.IndexOf(ends[0]) && at <= releases.IndexOf(ends[1]);
    }

    private static IEnumerable<(string Library, string Name)> FFmpegImports() =>
        Imports(typeof(FFmpegLibrary).Assembly).Where(import => import.Library != LibcName);

    private static IEnumerable<(string Library, string Name)> Imports(Assembly assembly) =>
        from type in assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let import = method.GetCustomAttribute<DllImportAttribute>()
        where import is not null
        select (import.Value, import.EntryPoint ?? method.Name);
}
