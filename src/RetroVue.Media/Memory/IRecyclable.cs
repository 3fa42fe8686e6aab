namespace RetroVue.Media.Memory;

/// <summary>An object that a <see cref="Recycler{T}"/> can keep: it contains the link of the free list.</summary>
internal interface IRecyclable<T>
    where T : class
{
    /// <summary>The next object in the free list.</summary>
    T? NextFree { get; set; }
}
