using PhiGateway.Watch.Registered;

namespace PhiGateway.Tests.Watch;

/// <summary>A registry in which no client is.</summary>
internal sealed class Nobody : IRegisteredClients
{
    public RegisteredClient? Find(string client) => null;

    public IReadOnlyCollection<string> FindHolders(string roster) => [];
}
