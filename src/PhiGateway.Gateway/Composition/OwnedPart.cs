namespace PhiGateway.Gateway.Composition;

/// <summary>A part that ends at once, among those that end asynchronously; used by <see cref="GatewayHost"/>.</summary>
internal sealed class OwnedPart(IDisposable inner) : IAsyncDisposable
{
    /// <summary>Which part, for whoever looks at a stop that failed.</summary>
    public string Name => inner.GetType().Name;

    public ValueTask DisposeAsync()
    {
        inner.Dispose();
        return ValueTask.CompletedTask;
    }
}
