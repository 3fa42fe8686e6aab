using System.Globalization;
using System.Text;

namespace RetroVue.Media.FFmpeg.Tests.Interop;

/// <summary>Libraries that only tell their version, in a folder of their own.</summary>
internal sealed class StubFFmpeg : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("rv-ffmpeg-").FullName;

    /// <summary>Adds a whole set of libraries.</summary>
    public StubFFmpeg Add(string release, params (string Library, int Major, int Minor)[] versions)
    {
        foreach (var (library, major, minor) in versions)
        {
            var source = new StringBuilder(FormattableString.Invariant($"unsigned {library}_version(void) {{ return {major} << 16 | {minor} << 8 | 100; }}\n"));
            if (library == "avutil")
            {
                source.Append(CultureInfo.InvariantCulture, $"const char *av_version_info(void) {{ return \"{release}-stub\"; }}\n");
            }

            var file = Path.Combine(Folder, library + ".c");
            File.WriteAllText(file, source.ToString());
            var (code, _, output) = Tool.Run("cc", "-shared", "-fPIC", "-o", Path.Combine(Folder, $"lib{library}.so.{major}"), file);
            Assert.That(code, Is.Zero, output);
        }

        return this;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
