using PhiGateway.Gateway.Release.Exports;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

public sealed class ExportProgressTests
{
    [Theory]
    [InlineData("50% complete", "50% complete")]
    [InlineData("in-progress", "in-progress")]
    [InlineData("Build in progress - status: BUILDING", "Build in progress - status: BUILDING")]
    [InlineData("7%", "7%")]
    [InlineData("312 of 5000 Observations, 6%", "6%")]
    [InlineData("exporting Patient/17, 40% done", "40%")]
    [InlineData("exporting Hans Muster", null)]
    [InlineData("312 of 5000", null)]
    [InlineData("http://10.0.0.5:8080/job/1", null)]
    [InlineData("in\tprogress", null)]
    [InlineData("12345%", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Of_WordsOfAnUpstream_LeavesKnownWordsAndAShare(string? said, string? told) => Assert.Equal(told, ExportProgress.Of(said));
}
