using System.Globalization;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Selects the picture and the sound of a file that has several streams. Immutable and thread-safe.</summary>
/// <remarks>
/// <para>If a stream is not named, rules choose it: first the picture, then the sound that belongs to it. The first rule that distinguishes
/// two streams decides.</para>
/// <para>Picture: never a cover that is marked as attached, or a timed thumbnail; a film before a fixed picture (marked as one, of one
/// packet, or with a codec of picture files such as PNG or JPEG); a stream of known size; in a file of several programmes, one whose
/// programme has sound; the stream marked as default; the larger picture; the first stream.</para>
/// <para>Sound: in a file of several programmes, a stream of the picture's programme; a stream with known rate and channels; the main sound
/// before commentary, sound for viewers with impaired hearing or sight, descriptions, lyrics, karaoke, and parts that are only played
/// together with another stream; the stream marked as default; the stream with more channels; the first stream.</para>
/// </remarks>
public sealed record StreamChoice
{
    /// <summary>No stream is named: the rules choose both.</summary>
    public static StreamChoice Best { get; } = new();

    /// <summary>
    /// The sound: a stream's number in the file from zero (<see cref="StreamInfo.Index"/>), such as "2", or a language code in the file
    /// (ISO 639-2), such as "deu"; the rules then choose among the streams of that language. Null: by the rules.
    /// </summary>
    public string? Audio { get; init; }

    /// <summary>The picture: a stream's number in the file from zero (<see cref="StreamInfo.Index"/>); null: by the rules.</summary>
    public int? Video { get; init; }

    /// <summary>The number in <see cref="Audio"/>; null if it is not a number.</summary>
    internal int? AudioIndex =>
        int.TryParse(Audio, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : null;
}
