using PhiGateway.Fhir.Canonical;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

public sealed class CanonicalReaderTests
{
    [Theory]
    [InlineData("/fhir", "")]
    [InlineData("/fhir/", "")]
    [InlineData("/fhir/Patient/17", "Patient|17")]
    [InlineData("/fhir/Patient/a%2Db", "Patient|a-b")]
    [InlineData("/fhir/Patient/17/%24everything", "Patient|17|$everything")]
    [InlineData("/fhir/Patient/17/*", "Patient|17|*")]
    [InlineData("/fhir/Patient?", "Patient")]
    public void Read_WellFormedPath_GivesDecodedSegments(string target, string segments)
    {
        Assert.True(CanonicalReader.Read("GET", target, "/fhir").TryGet(out var request, out _));
        Assert.Equal(segments, string.Join('|', request.Segments));
    }

    [Theory]
    [InlineData("/fhir/Patient/")]
    [InlineData("/fhir//Patient")]
    [InlineData("/fhir/Patient//17")]
    [InlineData("/fhir/./Patient")]
    [InlineData("/fhir/../admin")]
    [InlineData("/fhir/%2e%2e/admin")]
    [InlineData("/fhir/.%2E/admin")]
    [InlineData("/fhir/Patient%2F17")]
    [InlineData("/fhir/Patient%5c17")]
    [InlineData("/fhir/Patient\\17")]
    [InlineData("/fhir/Patient/17;v=1")]
    [InlineData("/fhir/Patient/1%37%")]
    [InlineData("/fhir/Patient/%zz")]
    [InlineData("/fhir/Patient/%2")]
    [InlineData("/fhir/Patient/%2537")]
    [InlineData("/fhir/Patient/%00")]
    [InlineData("/fhir/Patient/%0d%0a")]
    [InlineData("/fhir/Patient/%c0%ae")]
    [InlineData("/fhir/Patient/é")]
    [InlineData("/fhir/Patient/17#x")]
    [InlineData("/fhir/Patient/1 7")]
    [InlineData("/fhir/a/b/c/d/e/f/g")]
    public void Read_PathWithTwoMeanings_RefusesMalformedPath(string target)
    {
        Assert.False(CanonicalReader.Read("GET", target, "/fhir").TryGet(out _, out var refusal));
        Assert.Same(DenyReason.MalformedPath, refusal);
    }

    [Theory]
    [InlineData("/fhirx/Patient")]
    [InlineData("/FHIR/Patient")]
    [InlineData("/%66hir/Patient")]
    [InlineData("/")]
    public void Read_OutsideTheBase_RefusesNoRoute(string target)
    {
        Assert.False(CanonicalReader.Read("GET", target, "/fhir").TryGet(out _, out var refusal));
        Assert.Same(DenyReason.NoRoute, refusal);
    }

    [Theory]
    [InlineData("http://gw/fhir/Patient")]
    [InlineData("*")]
    [InlineData("fhir/Patient")]
    [InlineData("")]
    public void Read_NotOriginForm_RefusesMalformedRequest(string target)
    {
        Assert.False(CanonicalReader.Read("GET", target, "/fhir").TryGet(out _, out var refusal));
        Assert.Same(DenyReason.MalformedRequest, refusal);
    }

    [Theory]
    [InlineData("get")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    [InlineData("CONNECT")]
    [InlineData("GET ")]
    [InlineData("")]
    [InlineData(null)]
    public void Read_OtherMethod_RefusesMethodNotAllowed(string? method)
    {
        Assert.False(CanonicalReader.Read(method!, "/fhir/Patient", "/fhir").TryGet(out _, out var refusal));
        Assert.Same(DenyReason.MethodNotAllowed, refusal);
    }

    [Theory]
    [InlineData("name=a+b", "name", "a b")]
    [InlineData("name=a%20b", "name", "a b")]
    [InlineData("name=%C3%A9va", "name", "éva")]
    [InlineData("code=http://loinc.org|1234-5", "code", "http://loinc.org|1234-5")]
    [InlineData("subject%3APatient=17", "subject:Patient", "17")]
    [InlineData("name=100%25", "name", "100%")]
    [InlineData("_cursor=abc==", "_cursor", "abc==")]
    public void Read_Query_IsDecodedOnceAfterSplitting(string query, string name, string value)
    {
        Assert.True(CanonicalReader.Read("GET", $"/fhir/Patient?{query}", "/fhir").TryGet(out var request, out _));
        Assert.Equal(new QueryParameter(name, value), Assert.Single(request.Query));
    }

    [Theory]
    [InlineData("name")]
    [InlineData("=x")]
    [InlineData("name=")]
    [InlineData("a=1&&b=2")]
    [InlineData("a=1&&")]
    [InlineData("a=1;b=2")]
    [InlineData("a=%zz")]
    [InlineData("a=%")]
    [InlineData("a=%ff")]
    [InlineData("a=%c0%af")]
    [InlineData("a=%ed%a0%80")]
    [InlineData("a=%00")]
    [InlineData("a=x%0d%0aSet-Cookie:x")]
    [InlineData("a=%2527")]
    [InlineData("a=%E2%80%8B1")]
    [InlineData("a=é")]
    [InlineData("a=1#b")]
    [InlineData("a[]=1")]
    [InlineData("a=\"1\"")]
    public void Read_QueryWithTwoMeanings_RefusesMalformedQuery(string query)
    {
        Assert.False(CanonicalReader.Read("GET", $"/fhir/Patient?{query}", "/fhir").TryGet(out _, out var refusal));
        Assert.Same(DenyReason.MalformedQuery, refusal);
    }

    [Fact]
    public void Read_MoreParametersThanTheLimit_RefusesMalformedQuery()
    {
        var query = string.Join('&', Enumerable.Range(0, CanonicalReader.MaxParameters + 1).Select(i => $"a=1"));
        Assert.False(CanonicalReader.Read("GET", $"/fhir/Patient?{query}", "/fhir").TryGet(out _, out var refusal));
        Assert.Same(DenyReason.MalformedQuery, refusal);
    }

    [Fact]
    public void Read_EmptyBase_ServesTheRoot()
    {
        Assert.True(CanonicalReader.Read("GET", "/Patient/17", string.Empty).TryGet(out var request, out _));
        Assert.Equal("/Patient/17", request.ToTarget());
    }
}
