using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Common.Admin.Fakes;

namespace PhiGateway.Tests.Common.Admin;

/// <summary>The ports that the host gives to the control plane, as fakes: the snapshot is always the store's newest.</summary>
internal static class AdminServerPorts
{
    public static void Add(IServiceCollection services, IRegistryStore store)
    {
        services.AddSingleton<ISnapshotSource>(new StoredSnapshots(store));
        services.AddSingleton<IPatientPseudonym>(new LegiblePseudonym());
        services.AddSingleton<IRegistrationRequests>(new FakeRegistrationRequests());
    }

    /// <summary>The store's newest, until a test says that the registry is out of sight.</summary>
    internal sealed class StoredSnapshots(IRegistryStore store) : ISnapshotSource
    {
        public bool IsOutOfSight { get; set; }

        private RegistrySnapshot? _last;

        // A node goes on with what it read last.
        public RegistrySnapshot Current => store is FakeRegistryStore { IsAway: true } && _last is { } last ? last : _last = Build();

        private RegistrySnapshot Build() =>
            new RegistrySnapshotBuilder().Rebuild(
                new RegistryChanges(
                    store.GetRevisionAsync(default).Result,
                    [.. Enum.GetValues<RegistryKind>().SelectMany(kind => store.ListAsync(kind, null, 10_000, default).Result)],
                    [
                        .. store
                            .ListAsync(RegistryKind.Roster, null, 10_000, default)
                            .Result.SelectMany(roster => store.ListMembersAsync(roster.Id, null, 10_000, default).Result)
                            .Select(static member => new RosterMemberChange(member, false)),
                    ],
                    [.. store.ListRevocationsAsync(10_000, default).Result.Reverse()]
                )
            );

        public ValueTask<RegistrySnapshot?> FindFreshAsync(CancellationToken cancellationToken) => new(IsOutOfSight ? null : Current);
    }

    private sealed class LegiblePseudonym : IPatientPseudonym
    {
        public string Of(string tenant, string patientId) => $"key({tenant},{patientId})";

        public string OfWithheld(string tenant, string patientId) => $"withheld({tenant},{patientId})";
    }
}
