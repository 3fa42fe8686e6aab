using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;

namespace RetroVue.Media.FFmpeg.Tests.Interop;

public sealed class FFmpegLoaderTests
{
    private static readonly (string, int, int)[] s_v60 =
        [("avutil", 58, 2), ("swresample", 4, 10), ("swscale", 7, 1), ("avcodec", 60, 3), ("avformat", 60, 3), ("avfilter", 9, 3)];

    private static readonly (string, int, int)[] s_v71 =
        [("avutil", 59, 39), ("swresample", 5, 3), ("swscale", 8, 3), ("avcodec", 61, 19), ("avformat", 61, 7), ("avfilter", 10, 4)];

    private StubFFmpeg _stub = null!;

    [SetUp]
    public void CreateFolder() => _stub = new StubFFmpeg();

    [TearDown]
    public void DeleteFolder() => _stub.Dispose();

    [Test]
    public void Load_folder_with_a_set_takes_it_and_tells_its_release()
    {
        _stub.Add("7.1.2", s_v71);
        var loaded = FFmpegLoader.Load(_stub.Folder, NoSystem);
        Assert.That(loaded.Release, Is.EqualTo(FFmpegRelease.V7_1));
        Assert.That(loaded.Version, Is.EqualTo("7.1.2-stub"));
        Assert.That(loaded.Folder, Is.EqualTo(_stub.Folder));
        Assert.That(loaded.Libraries, Does.Contain("libavformat 61.7.100").And.Exactly(6).Items);
    }

    [Test]
    public void Load_folder_with_two_sets_takes_the_newest()
    {
        _stub.Add("6.0", s_v60).Add("7.1", s_v71);
        Assert.That(FFmpegLoader.Load(_stub.Folder, NoSystem).Release, Is.EqualTo(FFmpegRelease.V7_1));
    }

    [Test]
    public void Load_minor_between_two_releases_takes_the_layouts_of_the_older()
    {
        _stub.Add("6.0.1", s_v60).Add("6.0.1", ("avformat", 60, 10));
        Assert.That(FFmpegLoader.Load(_stub.Folder, NoSystem).Release, Is.EqualTo(FFmpegRelease.V6_0));
    }

    [Test]
    public void Load_folder_before_system()
    {
        _stub.Add("6.0", s_v60);
        Assert.That(FFmpegLoader.Load(_stub.Folder).Folder, Is.EqualTo(_stub.Folder));
    }

    [Test]
    public void Load_folder_without_FFmpeg_takes_the_systems()
    {
        LoadedFFmpegOrIgnore();
        Assert.That(FFmpegLoader.Load(_stub.Folder).Folder, Is.Null);
    }

    [Test]
    public void Load_incomplete_set_names_what_is_missing_and_the_remedy()
    {
        _stub.Add("7.1", s_v71);
        File.Delete(Path.Combine(_stub.Folder, "libavfilter.so.10"));
        AssertRefused("libavfilter.so.10");
    }

    [Test]
    public void Load_libraries_of_two_releases_are_refused_by_name()
    {
        // Both 5.1 and 6.x have libswresample.so.4, so the file name alone does not tell the release.
        _stub.Add("6.0", s_v60).Add("6.0", ("swresample", 4, 7));
        AssertRefused("libswresample 4.7.100");
    }

    [Test]
    public void Load_release_before_the_oldest_known_is_refused()
    {
        _stub.Add("5.0", [("avutil", 57, 17), ("swresample", 4, 3), ("swscale", 6, 4), ("avcodec", 59, 18), ("avformat", 59, 16), ("avfilter", 8, 24)]);
        AssertRefused("libavformat 59.16.100");
    }

    [Test]
    public void Load_unknown_major_names_it_and_the_remedy()
    {
        _stub.Add("9.0", ("avformat", 63, 1));
        AssertRefused("libavformat.so.63");
    }

    [Test]
    public void Load_nothing_anywhere_names_the_folder_and_the_remedy() => AssertRefused(_stub.Folder);

    [Test]
    public void Load_file_that_is_no_library_names_it_and_the_remedy()
    {
        File.WriteAllText(Path.Combine(_stub.Folder, "libavformat.so.61"), "not a library");
        AssertRefused("libavformat.so.61");
    }

    [Test]
    public void Resolver_sends_unversioned_names_to_the_loaded_set()
    {
        LoadedFFmpegOrIgnore();
        var version = LibAVFormat.avformat_version();
        Assert.That(FFmpegLibrary.Libraries, Does.Contain($"libavformat {version >> 16}.{(version >> 8) & 0xFF}.{version & 0xFF}"));
    }

    /// <summary>Returns the libraries that the tests run on; ignores the test if there are none.</summary>
    internal static LoadedFFmpeg LoadedFFmpegOrIgnore()
    {
        try
        {
            return FFmpegLibrary.Loaded;
        }
        catch (FFmpegLibraryException e)
        {
            Assert.Ignore(e.Message);
            throw;
        }
    }

    private static nint NoSystem(string name) => 0;

    private void AssertRefused(string names) => Assert.That(
        () => FFmpegLoader.Load(_stub.Folder, NoSystem),
        Throws.TypeOf<FFmpegLibraryException>().With.Message.Contains(names)
            .And.Message.Contains("apt-get install ffmpeg").And.Message.Contains("RETROVUE_FFMPEG_DIR"));
}
