namespace PhiGateway.Gateway.Composition;

/// <summary>A part that ends at once, among those that end asynchronously; used by <see cref="GatewayHost"/>.</summary>
internal sealed class OwnedPart(IDisposable inner) : IAsyncDisposable
{
    public ValueTask DisposeAsync()
    {
        inner.Dispose();
        return ValueTask.CompletedTask;
    }
}
