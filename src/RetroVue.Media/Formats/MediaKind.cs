namespace RetroVue.Media.Formats;

/// <summary>What a stream is for.</summary>
public enum MediaKind
{
    /// <summary>Neither picture nor sound, or not known.</summary>
    Other,

    /// <summary>Picture.</summary>
    Video,

    /// <summary>Sound.</summary>
    Audio,

    /// <summary>Text or pictures of text over the picture.</summary>
    Subtitle,
}
