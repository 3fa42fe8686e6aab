using RetroVue.Media.Formats;

namespace RetroVue.Media.Pipelines;

/// <summary>The output of an element for one stream. If it is not linked, pushed buffers are released.</summary>
public sealed class OutputPad
{
    private InputPad? _peer;

    internal OutputPad(Element element, string name) => (Element, Name) = (element, name);

    /// <summary>The element.</summary>
    public Element Element { get; }

    /// <summary>The name, unique among the element's outputs.</summary>
    public string Name { get; }

    /// <summary>The input that this output feeds; null while not linked.</summary>
    public InputPad? Peer
    {
        get => _peer;
        internal set => _peer = value;
    }

    /// <summary>The format last announced here; null before the first.</summary>
    public MediaFormat? Format { get; private set; }

    /// <summary>Passes a buffer to the linked element, on the caller's thread. Never blocks.</summary>
    public void Push(MediaBuffer buffer)
    {
        InputPad? peer = _peer;
        if (peer is null)
        {
            buffer.Release();
            return;
        }

        Element element = peer.Element;
        try
        {
            element.OnBuffer(peer, buffer);
        }
        catch (Exception exception) when (element.Blame(exception))
        {
            throw;
        }
    }

    /// <summary>Passes an event to the linked element, on the caller's thread.</summary>
    /// <exception cref="LinkException">The linked element does not accept the announced format.</exception>
    public void Push(MediaEvent mediaEvent)
    {
        if (mediaEvent is FormatChanged changed)
        {
            Format = changed.Format;
        }

        InputPad? peer = _peer;
        if (peer is null)
        {
            return;
        }

        try
        {
            peer.Receive(mediaEvent);
        }
        catch (Exception exception) when (peer.Element.Blame(exception))
        {
            throw;
        }
    }

    /// <summary>Returns "element.pad".</summary>
    public override string ToString() => $"{Element.Name}.{Name}";
}
