using System.Globalization;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Which picture and sound of a file are wanted, where it has several. Immutable and thread-safe.</summary>
/// <remarks>
/// <para>What is not named is chosen, of the picture first and then the sound that goes with it; the first rule that tells two streams
/// apart decides.</para>
/// <para>Picture: never a cover that is marked as attached, or a timed thumbnail; a film before a still (marked as one, of one packet, or
/// of a codec of picture files such as PNG or JPEG); one whose size is known; in a file of several programmes one whose programme has sound;
/// the one marked as default; the larger; the first in the file.</para>
/// <para>Sound: in a file of several programmes that of the picture's programme; one whose rate and channels are known; the film's own
/// before commentary, sound for viewers who see or hear badly, descriptions, lyrics, karaoke and parts that are heard only with
/// another; the one marked as default; the one with more channels; the first in the file.</para>
/// </remarks>
public sealed record StreamChoice
{
    /// <summary>Nothing is named: all by the rules.</summary>
    public static StreamChoice Best { get; } = new();

    /// <summary>
    /// The sound: a stream's number in the file from zero (<see cref="StreamInfo.Index"/>), such as "2", or a language as the file has it
    /// (ISO 639-2), such as "deu", among whose streams the rules choose; null: by the rules.
    /// </summary>
    public string? Audio { get; init; }

    /// <summary>The picture: a stream's number in the file from zero (<see cref="StreamInfo.Index"/>); null: by the rules.</summary>
    public int? Video { get; init; }

    /// <summary>The number that <see cref="Audio"/> is; null if it is none.</summary>
    internal int? AudioIndex =>
        int.TryParse(Audio, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : null;
}
