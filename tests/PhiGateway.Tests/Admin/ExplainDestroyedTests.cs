using PhiGateway.Audit.Records;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>That a decision can be explained no longer is another answer than that there was none.</summary>
public sealed class ExplainDestroyedTests
{
    [Theory]
    [InlineData(false, 200)]
    [InlineData(true, 409)]
    public async Task Explain_DecisionWhoseContentWasDestroyed_SaysSo(bool isDestroyed, int status)
    {
        await using var server = await AdminServer.StartAsync();
        var id = Guid.NewGuid();
        var record = new AuditRecord
        {
            Id = id,
            Kind = AuditKind.Decision,
            Event = "search-type",
            Time = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero),
            Decision = "deny",
            Reason = DenyReason.OutsideUseCase.Code,
        };
        var entry = StoredTrail.EntryOf(record, 1);
        server.Trail.Entries.Add(isDestroyed ? entry with { IsDestroyed = true, Body = Array.Empty<byte>() } : entry);

        var answer = await server.GetAsync($"/admin/v1/decisions/{id:D}", "august");
        Assert.True(answer.Status == status, answer.Text);
        Assert.Equal(isDestroyed, answer.Text.Contains("content-destroyed", StringComparison.Ordinal));
        Assert.Equal(404, (await server.GetAsync($"/admin/v1/decisions/{Guid.NewGuid():D}", "august")).Status);
    }
}
