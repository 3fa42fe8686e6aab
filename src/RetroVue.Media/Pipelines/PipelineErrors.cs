namespace RetroVue.Media.Pipelines;

/// <summary>The errors of a pipeline, in the order in which they came.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class PipelineErrors
{
    private readonly Lock _lock = new();
    private readonly List<(string Element, Exception Error)> _errors = [];

    /// <summary>True if nothing has failed.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _errors.Count == 0;
            }
        }
    }

    /// <summary>Adds an error.</summary>
    /// <param name="element">The element that failed, unless the error itself names another one.</param>
    /// <param name="error">The error.</param>
    /// <returns>True if it is the first one.</returns>
    public bool Add(string element, Exception error)
    {
        lock (_lock)
        {
            _errors.Add((error.Data[ElementException.ElementKey] as string ?? element, error));
            return _errors.Count == 1;
        }
    }

    /// <summary>Throws the first error, if there is one, because it is the cause; later errors are attached.</summary>
    /// <exception cref="ElementException">Something has failed.</exception>
    public void ThrowIfAny()
    {
        lock (_lock)
        {
            if (_errors.Count > 0)
            {
                (string element, Exception error) = _errors[0];
                throw new ElementException(element, error, [.. _errors.Skip(1).Select(entry => entry.Error)]);
            }
        }
    }
}
