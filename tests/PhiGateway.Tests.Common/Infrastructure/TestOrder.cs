using System.Security.Cryptography;
using System.Text;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace PhiGateway.Tests.Common.Infrastructure;

/// <summary>
/// Tests of a class run by name, the same everywhere: xunit's own order follows the folder of the checkout. With PHIGW_TEST_SEED set they
/// are shuffled by it,
/// which finds a test that lives on what another one left behind.
/// </summary>
public sealed class TestOrder : ITestCaseOrderer
{
    private static readonly string? Seed = Environment.GetEnvironmentVariable("PHIGW_TEST_SEED");

    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : notnull, ITestCase => [.. testCases.OrderBy(test => Key(test.TestCaseDisplayName), StringComparer.Ordinal)];

    private static string Key(string name) =>
        string.IsNullOrEmpty(Seed) ? name : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Seed + name)));
}
