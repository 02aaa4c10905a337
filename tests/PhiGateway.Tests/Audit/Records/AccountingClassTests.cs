using PhiGateway.Audit.Records;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Audit.Records;

/// <summary>Which releases are accounted for to the patient, by the purpose that counted.</summary>
public sealed class AccountingClassTests
{
    [Theory]
    [InlineData("TREAT", "treatment")]
    [InlineData("BTG", "treatment")]
    [InlineData("HPAYMT", "payment")]
    [InlineData("ELIGVER", "payment")]
    [InlineData("HOPERAT", "operations")]
    [InlineData("HQUALIMP", "operations")]
    [InlineData("PATRQT", "individual")]
    [InlineData("SUPNWK", "persons-involved")]
    [InlineData("HDIRECT", "directory")]
    [InlineData("PUBHLTH", "accountable")]
    [InlineData("HRESCH", "accountable")]
    [InlineData("HMARKT", "accountable")]
    [InlineData("DONAT", "accountable")]
    [InlineData("GOV", "accountable")]
    [InlineData("MILDCRG", "accountable")]
    [InlineData("CLINTRL", "accountable")]
    [InlineData("TREAT HPAYMT", "treatment")]
    [InlineData("TREAT PUBHLTH", "accountable")]
    [InlineData("TREAT SOMETHING", "unknown")]
    [InlineData("treat", "unknown")]
    [InlineData("", "unknown")]
    [InlineData(null, "unknown")]
    public void Of_PurposesOfAnOutsideClient_IsTheClass(string? purposes, string expected) =>
        Assert.Equal(expected, AccountingClass.Of(purposes, isOwn: false));

    [Fact]
    public void Of_TheHospitalsOwnClient_IsUseAndNoDisclosure() => Assert.Equal("use", AccountingClass.Of("HRESCH", isOwn: true));

    [Fact]
    public void IsAccounted_EveryPurposeThereIs_IsExcludedOrAccounted()
    {
        foreach (var purpose in PurposeOfUse.All)
        {
            Assert.NotEqual(AccountingClass.Unknown, AccountingClass.Of(purpose.Code, isOwn: false));
        }

        Assert.True(AccountingClass.IsAccounted("unknown"));
        Assert.True(AccountingClass.IsAccounted(null));
        Assert.False(AccountingClass.IsAccounted("operations"));
    }
}
