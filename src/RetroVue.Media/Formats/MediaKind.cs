namespace RetroVue.Media.Formats;

/// <summary>The kind of media in a stream.</summary>
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
