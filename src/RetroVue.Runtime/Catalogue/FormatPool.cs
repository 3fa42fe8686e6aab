using System.Collections.Concurrent;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;

namespace RetroVue.Runtime.Catalogue;

/// <summary>Keeps one object of those that are equal: most files of a station have the same formats, and ten thousand copies take megabytes.</summary>
/// <remarks>Thread-safe. It grows with the number of different formats.</remarks>
internal sealed class FormatPool
{
    private readonly ConcurrentDictionary<EncodedFormat, EncodedFormat> _formats = new(new ByAllThatDiffers());
    private readonly ConcurrentDictionary<object, object> _parts = new();

    /// <summary>Returns the facts with shared parts; the same object if it has them already.</summary>
    public MediaFacts Share(MediaFacts facts)
    {
        (EncodedFormat? video, EncodedFormat? audio) = (Share(facts.Video), Share(facts.Audio));
        return facts.Changes.IsEmpty && ReferenceEquals(video, facts.Video) && ReferenceEquals(audio, facts.Audio) ? facts : facts with
        {
            Video = video,
            Audio = audio,
            Changes = [.. facts.Changes.Select(change => new ChangedFormat(change.At, Share(change.Format)!))],
        };
    }

    private EncodedFormat? Share(EncodedFormat? format)
    {
        if (format is null)
        {
            return null;
        }

        if (_formats.TryGetValue(format, out EncodedFormat? shared))
        {
            return shared;
        }

        shared = format with
        {
            Codec = Part(format.Codec)!,
            Profile = Part(format.Profile),
            ChromaLocation = Part(format.ChromaLocation),
            Video = Part(format.Video),
            Audio = Part(format.Audio),
            Declared = Part(format.Declared),
        };
        return _formats.GetOrAdd(shared, shared);
    }

    private T? Part<T>(T? part)
        where T : class => part is null ? null : (T)_parts.GetOrAdd(part, part);

    /// <summary>Has more in its hash than the format itself, so that formats that differ only in their rates are found as fast.</summary>
    private sealed class ByAllThatDiffers : IEqualityComparer<EncodedFormat>
    {
        public bool Equals(EncodedFormat? x, EncodedFormat? y) => x?.Equals(y) ?? y is null;

        public int GetHashCode(EncodedFormat obj)
        {
            var hash = default(HashCode);
            hash.Add(obj);
            hash.Add(obj.BitRate);
            hash.Add(obj.InitialPadding);
            hash.Add(obj.TrailingPadding);
            hash.AddBytes(obj.ParameterSets.Span);
            return hash.ToHashCode();
        }
    }
}
