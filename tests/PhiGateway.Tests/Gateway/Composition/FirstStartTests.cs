using PhiGateway.Audit.Journal.Files;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Gateway.Composition;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Gateway.Composition;

/// <summary>A first start is one; a journal or a key that is gone is told from it.</summary>
public sealed class FirstStartTests : IDisposable
{
    private readonly JournalFolder _folder = new();
    private readonly FakeAuditStore _store = new();
    private readonly GatewayOptions _options;

    public FirstStartTests() =>
        _options = new GatewayOptions
        {
            Node = "gw-01",
            Audit = new() { Journal = new() { Directory = _folder.Path } },
        };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Ensure_NothingAnywhere_IsAFirstStart() => Assert.Null(await EnsureAsync());

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ensure_JournalGone_NeedsTheOperatorsWord(bool knownByTheStore)
    {
        if (knownByTheStore)
        {
            _store.Entries.Add(Entry("gw-01/20260501T120000-3fa9"));
        }
        else
        {
            _options.Registry.LastGoodFile = Path.Combine(_folder.Path, "registry.last-good");
            await File.WriteAllTextAsync(_options.Registry.LastGoodFile, "{}");
        }

        var refused = await Assert.ThrowsAsync<JournalOpenException>(EnsureAsync);
        Assert.Contains("though this node had a journal", refused.Message, StringComparison.Ordinal);
        Assert.Contains("AcceptNew", refused.Message, StringComparison.Ordinal);

        _options.Audit.Journal.AcceptNew = true;
        Assert.NotNull(await EnsureAsync());
    }

    [Fact]
    public async Task Ensure_PseudonymKeyGone_NeedsTheOperatorsWord()
    {
        await (await _folder.OpenAsync()).DisposeAsync();
        var refused = await Assert.ThrowsAsync<JournalOpenException>(EnsureAsync);
        Assert.Contains("pseudonym key", refused.Message, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(FirstStart.KeyPathOf(_options), new byte[32]);
        Assert.Null(await EnsureAsync());

        File.Delete(FirstStart.KeyPathOf(_options));
        _options.Audit.Journal.AcceptNew = true;
        Assert.Null(await EnsureAsync());
    }

    private Task<string?> EnsureAsync() => FirstStart.EnsureAsync(_options, _store, CancellationToken.None);

    private static AuditEntry Entry(string log) =>
        new()
        {
            Log = log,
            Sequence = 0,
            Id = Guid.NewGuid(),
            ParentId = Guid.Empty,
            Kind = AuditKind.System,
            Event = "node.start",
            Time = TestRecords.Noon,
            ChainHash = new byte[32],
            Body = "{}"u8.ToArray(),
        };
}
