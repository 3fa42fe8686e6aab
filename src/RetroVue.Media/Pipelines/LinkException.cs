namespace RetroVue.Media.Pipelines;

/// <summary>Two elements cannot be linked, or the format offered over a link is not accepted. The message names both sides. It is not transient.</summary>
/// <param name="message">The reason.</param>
public sealed class LinkException(string message) : MediaException(message);
