using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Identity;
using PhiGateway.Identity.Issuers;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

public sealed class IssuerOptionsValidatorTests
{
    [Fact]
    public void Validate_GoodIssuers_FindsNothing() =>
        Assert.Empty(IssuerOptionsValidator.Validate([Good(), Good("second", "http://127.0.0.1:9280")]));

    [Fact]
    public void Validate_NoIssuer_SaysSo() =>
        Assert.Contains("at least one issuer", Assert.Single(IssuerOptionsValidator.Validate([])), StringComparison.Ordinal);

    [Theory]
    [InlineData("http://idp.hospital.example", "https")]
    [InlineData("ftp://idp.hospital.example", "https")]
    [InlineData("idp", "https")]
    [InlineData("", "Issuer is required")]
    [InlineData("https://idp.hospital.example?x=1", "query")]
    [InlineData("https://user@idp.hospital.example", "user information")]
    public void Validate_IssuerAddressWrong_SaysWhy(string issuer, string words) => AssertOneProblem(Good(issuer: issuer), words);

    [Theory]
    [InlineData("HS256", "symmetric")]
    [InlineData("none", "not accepted")]
    [InlineData("es256", "not accepted")]
    [InlineData("EdDSA", "not accepted")]
    public void Validate_AlgorithmNotAccepted_SaysWhy(string algorithm, string words) =>
        AssertOneProblem(With(options => options.Algorithms = ["ES256", algorithm]), words);

    [Fact]
    public void Validate_KeySetFile_IsNamedWithItsPathAndPlace()
    {
        var folder = Directory.CreateTempSubdirectory("jwks");
        try
        {
            var file = Path.Combine(folder.FullName, "keys.json");
            AssertOneProblem(With(options => options.Jwks = file), $"the key set file {file} cannot be read");
            File.WriteAllText(file, "{\n  \"keys\": [,]\n}");
            AssertOneProblem(With(options => options.Jwks = file), "line 2, column 12 (in the file " + file);
            File.WriteAllText(file, "{}");
            AssertOneProblem(With(options => options.Jwks = file), "no array 'keys' (in the file " + file);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Validate_EachSetting_IsChecked()
    {
        AssertOneProblem(With(options => options.Name = " "), "Name is required");
        AssertOneProblem(With(options => options.Audience = ""), "Audience");
        AssertOneProblem(With(options => options.Environment = ""), "Environment");
        AssertOneProblem(With(options => options.Algorithms = []), "Algorithms");
        AssertOneProblem(With(options => options.Types = []), "Types");
        AssertOneProblem(With(options => options.Types = [""]), "Types");
        AssertOneProblem(With(options => options.MaxTokenLifetime = TimeSpan.Zero), "MaxTokenLifetime");
        AssertOneProblem(With(options => options.MaxTokenLifetime = TimeSpan.FromHours(25)), "MaxTokenLifetime");
        AssertOneProblem(With(options => options.ClockSkew = TimeSpan.FromMinutes(3)), "ClockSkew");
        AssertOneProblem(With(options => options.ClockSkew = -TimeSpan.FromSeconds(1)), "ClockSkew");
        AssertOneProblem(With(options => options.KeyRefresh = TimeSpan.FromSeconds(4)), "KeyRefresh");
        AssertOneProblem(With(options => options.KeyRefresh = TimeSpan.FromHours(2)), "KeyRefresh");
        AssertOneProblem(With(options => options.Claims.Scope = []), "Claims.Scope");
        AssertOneProblem(With(options => options.Claims.Scope = ["scp", ""]), "Claims.Scope");
        AssertOneProblem(With(options => options.Claims.Scope = ["scp", "scp"]), "Claims.Scope");
        AssertOneProblem(With(options => options.Claims.ScopeShape = (ScopeShape)9), "Claims.ScopeShape");
        AssertOneProblem(With(options => options.Claims.ClientId = ""), "Claims.ClientId");
        AssertOneProblem(With(options => options.Claims.Purpose = ""), "Claims.Purpose");
    }

    [Fact]
    public void Validate_SeveralIssuers_ReportsEveryProblemAtOnce()
    {
        var problems = IssuerOptionsValidator.Validate([Good(), Good(), With(options => options.Audience = "")]);

        Assert.Contains(problems, problem => problem.Contains("used by another", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("configured twice", StringComparison.Ordinal));
        Assert.Contains(
            problems,
            problem => problem.StartsWith("Issuers[2]", StringComparison.Ordinal) && problem.Contains("Audience", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("not json", "not JSON")]
    [InlineData("{\"keys\":[]}", "no usable")]
    [InlineData("{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}]}", "symmetric")]
    public void Validate_StaticKeysWrong_SaysWhy(string content, string words)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, content);

            var problems = IssuerOptionsValidator.Validate([With(options => options.Jwks = file)]);

            Assert.Contains(problems, problem => problem.Contains(words, StringComparison.Ordinal));
            Assert.DoesNotContain(problems, problem => problem.Contains("c2VjcmV0", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Validate_StaticKeysFromTheEnvironment_AreRead()
    {
        const string Name = "PHIGW_TEST_STATIC_JWKS";
        AssertOneProblem(With(options => options.Jwks = "env:" + Name), "PHIGW_TEST_STATIC_JWKS is not set");
        Environment.SetEnvironmentVariable(Name, SigningKey.Jwks([SigningKey.Es256("k")]));
        try
        {
            Assert.Empty(IssuerOptionsValidator.Validate([With(options => options.Jwks = "env:" + Name)]));
        }
        finally
        {
            Environment.SetEnvironmentVariable(Name, null);
        }
    }

    [Fact]
    public void Validate_StaticKeyFileMissing_SaysSo() =>
        AssertOneProblem(With(options => options.Jwks = "/nowhere/jwks.json"), "cannot be read");

    [Fact]
    public void AddPhiGatewayIdentity_NotValidated_Throws() =>
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddPhiGatewayIdentity([], _ => ScopeSet.Empty));

    private static IssuerOptions Good(string name = "hospital-idp", string issuer = "https://idp.hospital.example") =>
        new()
        {
            Name = name,
            Issuer = issuer,
            Audience = "https://gw.hospital.example/fhir",
            Algorithms = ["ES256", "PS256"],
            Environment = "production",
        };

    private static IssuerOptions With(Action<IssuerOptions> change)
    {
        var options = Good();
        change(options);
        return options;
    }

    private static void AssertOneProblem(IssuerOptions options, string words) =>
        Assert.Contains(words, Assert.Single(IssuerOptionsValidator.Validate([options])), StringComparison.Ordinal);
}
