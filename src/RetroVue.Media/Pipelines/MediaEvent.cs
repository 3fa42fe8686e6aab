namespace RetroVue.Media.Pipelines;

/// <summary>Something that travels a link in order with the buffers. Immutable.</summary>
public abstract record MediaEvent
{
    private protected MediaEvent()
    {
    }
}
