using Xunit;

namespace PhiGateway.Tests.Architecture;

/// <summary>Fails with every finding, one a line: a list that is cut short helps nobody.</summary>
internal static class Findings
{
    public static void AssertNone(IEnumerable<string?> findings)
    {
        var all = findings.ToList();
        Assert.True(all.Count == 0, $"{all.Count} findings:\n{string.Join('\n', all)}");
    }
}
