using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Admin.Access;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Tests.Common.Admin.Fakes;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed class FailedAuthenticationsTests
{
    // Who has one address of an IPv6 network has all of it: each failure comes from another one.
    [Theory]
    [InlineData("2001:db8:0:1::{0}", true)]
    [InlineData("::ffff:203.0.113.7", true)]
    [InlineData("2001:db8:0:{0}::1", false)]
    [InlineData("203.0.113.{0}", false)]
    public void Record_OfOnePeersMany_IsToldToWait_OfManyPeersIsNot(string addresses, bool isOnePeer)
    {
        var journal = new FakeJournal();
        var exhausted = new List<string>();
        var failures = new FailedAuthentications(
            journal,
            new AdminOptions { CountExhausted = exhausted.Add },
            new FakeTime(),
            NullLogger<FailedAuthentications>.Instance
        );
        AdminProblem? last = null;
        for (var i = 0; i <= FailedAuthentications.PerPeer; i++)
        {
            var context = new DefaultHttpContext();
            context.Connection.RemoteIpAddress = IPAddress.Parse(addresses.Replace("{0}", $"{i + 1}", StringComparison.Ordinal));
            last = failures.Record(context, "unknown-key");
        }

        Assert.Equal(isOnePeer ? AdminProblem.TooManyFailures : AdminProblem.Unauthenticated, last);
        Assert.Equal(isOnePeer, exhausted.Contains("admin-failures"));

        // The record says the address itself.
        var told = IPAddress.Parse(addresses.Replace("{0}", "1", StringComparison.Ordinal)).ToString();
        Assert.Equal(told, journal.Records[0].Peer);
    }
}
