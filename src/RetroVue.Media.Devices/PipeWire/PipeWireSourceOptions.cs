namespace RetroVue.Media.Devices.PipeWire;

/// <summary>The common options of PipeWire sources.</summary>
public abstract record PipeWireSourceOptions : PipeWireOptions
{
    private protected PipeWireSourceOptions()
    {
    }

    /// <summary>
    /// The requested number of buffers, 4 to 16: the pipeline can hold all but two of them before buffers are copied.
    /// </summary>
    public int Buffers { get; init; } = 8;
}
