using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Admin.Fakes;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Steps of time that have passed are counted once; what is new is counted at each look, and the answer is that of the store.</summary>
public sealed class TrafficMemoryTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(30);

    private readonly FakeTime _time = new();
    private readonly CountingStore _store = new();

    [Fact]
    public async Task Count_LookedAtAgain_CountsTheLastStepsOnly()
    {
        var memory = new TrafficMemory(_store, _time);
        Add(-7 * 24 * 60, -600, -200, -10);
        var first = await memory.CountAsync(Asked(), default);
        Assert.Equal(4, first.Sum(static row => row.Count));

        // The clock goes on, the window with it; what arrives is counted, also when it is half an hour late.
        Add(-20, -31);
        _time.Now += TimeSpan.FromMinutes(45);
        Add(-1);
        var second = await memory.CountAsync(Asked(), default);
        Assert.Equal(Whole(Asked()), second.Sum(static row => row.Count));
        Assert.Equal(2, _store.Asked.Count);
        Assert.True(_store.Asked[1].From > _time.Now.AddHours(-3), _store.Asked[1].From.ToString("O"));
    }

    [Fact]
    public async Task Count_AnHourLater_CountsEverythingAnew()
    {
        var memory = new TrafficMemory(_store, _time);
        Add(-600);
        await memory.CountAsync(Asked(), default);
        Add(-500);
        _time.Now += TimeSpan.FromMinutes(61);
        Assert.Equal(2, (await memory.CountAsync(Asked(), default)).Sum(static row => row.Count));
    }

    [Theory]
    [InlineData("client")]
    [InlineData("decision")]
    [InlineData("no steps")]
    public async Task Count_OfAPart_IsNeverRemembered(string what)
    {
        var memory = new TrafficMemory(_store, _time);
        Add(-600);
        var asked = what switch
        {
            "client" => Asked() with { Client = "acme" },
            "decision" => Asked() with { Decision = "permit" },
            _ => Asked() with { Step = null },
        };
        await memory.CountAsync(asked, default);
        Add(-500);
        Assert.Equal(2, (await memory.CountAsync(asked, default)).Sum(static row => row.Count));
        Assert.All(_store.Asked, counts => Assert.Equal(asked.From, counts.From));
    }

    private AuditCounts Asked()
    {
        var to = new DateTimeOffset(((_time.Now.UtcTicks / Step.Ticks) + 1) * Step.Ticks, TimeSpan.Zero);
        return new AuditCounts
        {
            From = to.AddDays(-8),
            To = to,
            Step = Step,
            By = [AuditColumn.Decision],
        };
    }

    private long Whole(AuditCounts counts) => _store.Inner.CountAsync(counts, default).Result.Sum(static row => row.Count);

    private void Add(params ReadOnlySpan<int> minutes)
    {
        foreach (var minute in minutes)
        {
            _store.Inner.Entries.Add(
                new AuditEntry
                {
                    Log = "n/1",
                    Sequence = _store.Inner.Entries.Count,
                    Id = Guid.CreateVersion7(),
                    ParentId = Guid.Empty,
                    ChainHash = new byte[32],
                    Body = Array.Empty<byte>(),
                    Kind = AuditKind.Disclosure,
                    Event = "read",
                    Time = _time.Now.AddMinutes(minute),
                    Decision = "permit",
                    Client = "acme",
                }
            );
        }
    }

    private sealed class CountingStore : IAuditStore
    {
        public FakeAuditStore Inner { get; } = new();

        public List<AuditCounts> Asked { get; } = [];

        public Task<IReadOnlyList<AuditCount>> CountAsync(AuditCounts counts, CancellationToken cancellationToken)
        {
            Asked.Add(counts);
            return Inner.CountAsync(counts, cancellationToken);
        }

        public Task<long> GetWatermarkAsync(string log, CancellationToken cancellationToken) =>
            Inner.GetWatermarkAsync(log, cancellationToken);

        public Task<byte[]?> GetHashAsync(string log, long sequence, CancellationToken cancellationToken) =>
            Inner.GetHashAsync(log, sequence, cancellationToken);

        public Task<IReadOnlyList<string>> ListLogsAsync(string node, CancellationToken cancellationToken) =>
            Inner.ListLogsAsync(node, cancellationToken);

        public Task<IReadOnlyList<string>> ListLogsAsync(CancellationToken cancellationToken) => Inner.ListLogsAsync(cancellationToken);

        public Task AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken) =>
            Inner.AppendAsync(entries, cancellationToken);

        public Task<AuditPage> QueryAsync(AuditQuery query, CancellationToken cancellationToken) =>
            Inner.QueryAsync(query, cancellationToken);

        public Task<AuditEntry?> FindDeliveryAsync(string log, long sequence, CancellationToken cancellationToken) =>
            Inner.FindDeliveryAsync(log, sequence, cancellationToken);

        public Task<IReadOnlyList<AuditEntry>> ReadAsync(string log, long fromSequence, int limit, CancellationToken cancellationToken) =>
            Inner.ReadAsync(log, fromSequence, limit, cancellationToken);

        public Task<IReadOnlyList<AuditEntry>> ReadFiledAsync(
            string log,
            long fromSequence,
            int limit,
            CancellationToken cancellationToken
        ) => Inner.ReadFiledAsync(log, fromSequence, limit, cancellationToken);
    }
}
