namespace RetroVue.Media.Pipelines;

/// <summary>
/// A pipeline failed. Names the element and contains its error; later errors are attached. It is transient if that error is transient.
/// </summary>
public sealed class ElementException : MediaException
{
    internal const string ElementKey = "RetroVue.Element";

    internal ElementException(string element, Exception error, IReadOnlyList<Exception> later)
        : base($"'{element}' failed: {error.Message}", error)
    {
        Element = element;
        LaterErrors = later;
    }

    /// <summary>The name of the element that failed first.</summary>
    public string Element { get; }

    /// <summary>Errors of other elements after the first one, such as failures to stop.</summary>
    public IReadOnlyList<Exception> LaterErrors { get; }
}
