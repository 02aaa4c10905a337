using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Tests.Admin.Fakes;

namespace PhiGateway.Tests.Admin;

/// <summary>The ports that the host gives to the control plane, as fakes.</summary>
internal static class AdminServerPorts
{
    public static void Add(IServiceCollection services, FakeRegistryStore store)
    {
    }
}
