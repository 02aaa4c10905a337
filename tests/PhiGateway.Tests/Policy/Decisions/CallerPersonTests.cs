using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Decisions;

/// <summary>Something has to say that a person is behind a token: then its issue proves no sign-in; of a service it does.</summary>
public sealed class CallerPersonTests
{
    [Theory]
    [InlineData("dr-mary", "user/*.rs", null, null, true)]
    [InlineData("dr-mary", "system/*.rs patient/*.rs", null, null, true)]
    [InlineData("dr-mary", "system/*.rs", true, null, true)]
    [InlineData("dr-mary", "system/*.rs", null, "agent", true)]
    [InlineData("1b9d6bcd-bbfd-4b2d", "system/*.rs", null, null, false)]
    [InlineData("connector@clients", "system/*.rs", false, null, false)]
    [InlineData("connector@clients", "user/*.rs", false, null, false)]
    [InlineData("connector", "user/*.rs", null, null, false)]
    [InlineData(null, "user/*.rs", null, null, false)]
    public void SignedInAt_OfATokenThatSaysNoAuthTime_IsItsIssueOnlyOfAService(
        string? subject,
        string scopes,
        bool? says,
        string? actor,
        bool isPersons
    )
    {
        var caller = Asked.Caller(scopes: scopes) with { Subject = subject, IsPersons = says, Actors = actor is null ? [] : [actor] };

        Assert.Equal(isPersons, caller.HasPerson);
        Assert.Equal(isPersons ? null : caller.IssuedAt, caller.SignedInAt);
        Assert.Equal(TestRegistry.Now, (caller with { AuthenticatedAt = TestRegistry.Now }).SignedInAt);
    }

    [Fact]
    public void SignedInAt_InAPatientsContext_IsNeverTheIssue()
    {
        var caller = Asked.Caller() with { PatientContext = PatientId.Parse("17"), IsPersons = false };

        Assert.Null(caller.SignedInAt);
    }
}
