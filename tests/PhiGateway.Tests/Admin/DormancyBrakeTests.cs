using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Policy.Snapshot;
using PhiGateway.Tests.Watch;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>A clock that is wrong, or a trail that was lost, makes everybody look dormant: nobody is closed then, and people are told.</summary>
public sealed class DormancyBrakeTests
{
    // Two months after the approvals that TestRegistry makes.
    private readonly FakeTime _time = new() { Now = TestRegistry.Now };
    private readonly FakeJournal _journal = new();
    private readonly FakeAuditStore _trail = new();
    private readonly FakeRegistryStore _registry;

    public DormancyBrakeTests() => _registry = new FakeRegistryStore(_time);

    [Theory]
    [InlineData(5, 0, 5)]
    [InlineData(6, 0, 0)]
    [InlineData(6, 53, 0)]
    [InlineData(6, 54, 6)]
    public async Task RunOnce_SoManyAtOnceOfSoMany_ClosesThemOrTellsOnly(int dormant, int awake, int closed)
    {
        var ladder = await LadderAsync(dormant, awake);
        Assert.Equal(dormant, await ladder.RunOnceAsync(default));
        Assert.Equal(0, await ladder.RunOnceAsync(default));

        Assert.Equal(closed, await CountSuspendedAsync(dormant + awake));
        var alerts = await _registry.ListAsync(RegistryKind.Alert, null, 100, default);
        Assert.Equal(dormant, alerts.Count);
        Assert.All(
            alerts,
            item => Assert.Equal(closed == 0, item.Json.Contains("the clock or the trail may be wrong", StringComparison.Ordinal))
        );
    }

    private async Task<DormancyLadder> LadderAsync(int dormant, int awake)
    {
        List<IRegistryEntity> entities =
        [
            TestRegistry.Organization(),
            TestRegistry.Agreement(),
            TestRegistry.UseCase(),
            TestRegistry.Roster(),
        ];
        List<RegistryWrite> writes = [];
        for (var number = 0; number < dormant + awake; number++)
        {
            var id = IdOf(number);
            var (client, credential) = (TestRegistry.Client(id), TestRegistry.Credential(id + "-oidc", id, id));
            var fingerprint = ApprovalFingerprint.Of(
                client,
                TestRegistry.UseCase(),
                TestRegistry.Agreement(),
                TestRegistry.Organization(),
                [credential]
            );
            entities.AddRange([client, credential, TestRegistry.Approval(fingerprint, "approval-" + id, id)]);
            writes.Add(new RegistryWrite(RegistryKind.Client, id, RegistryJson.Serialize(client), 0));
            if (number >= dormant)
            {
                _trail.Entries.Add(Call(id, number));
            }
        }

        await _registry.WriteAsync(writes, "olga", default);
        return new DormancyLadder(
            _registry,
            _journal,
            _trail,
            new Fixed(TestRegistry.Build(entities)),
            new AdminOptions { DormantDays = [30, 60, 90] },
            _time,
            NullLogger<DormancyLadder>.Instance
        );
    }

    private AuditEntry Call(string client, int number) =>
        WatchEventReaderTests.Entry(
            new AuditRecord
            {
                Id = Guid.CreateVersion7(_time.Now),
                Kind = AuditKind.Disclosure,
                Event = "read",
                Decision = "permit",
                Time = _time.Now.AddDays(-1),
                Client = client,
            },
            number
        );

    private async Task<int> CountSuspendedAsync(int clients)
    {
        var count = 0;
        for (var number = 0; number < clients; number++)
        {
            var item = (await _registry.FindAsync(RegistryKind.Client, IdOf(number), default))!;
            var client = RegistryJson.Deserialize<Client>(StoredBody.WithoutNotes(item.Json).ToJsonString());
            count += client.Status == ClientStatus.Suspended ? 1 : 0;
        }

        return count;
    }

    private static string IdOf(int number) => "c" + number.ToString(CultureInfo.InvariantCulture);

    private sealed class Fixed(RegistrySnapshot current) : ISnapshotSource
    {
        public RegistrySnapshot Current => current;
    }
}
