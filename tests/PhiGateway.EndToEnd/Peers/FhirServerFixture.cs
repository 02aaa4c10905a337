using Xunit;

namespace PhiGateway.EndToEnd.Peers;

/// <summary>One FHIR server for all tests of a class, which run one after another; starts without faults and records.</summary>
public sealed class FhirServerFixture : IAsyncLifetime
{
    /// <summary>The only Authorization header the server accepts.</summary>
    public const string Authorization = "Bearer backend-secret-for-tests";

    internal FhirServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await FhirServer.StartAsync(Authorization);

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }
    }
}
