using System.Security.Cryptography;
using System.Text;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace PhiGateway.Tests.Common.Infrastructure;

/// <summary>
/// Collections, the classes that share one, the methods of a class and the rows of a method run by name, the same everywhere: xunit's own order
/// follows the folder of the checkout. With PHIGW_TEST_SEED set they are shuffled by it, which finds a test that lives on what another one
/// left behind.
/// </summary>
public sealed class TestOrder : ITestCollectionOrderer, ITestCaseOrderer, ITestMethodOrderer, ITestClassOrderer
{
    private static readonly string? Seed = Environment.GetEnvironmentVariable("PHIGW_TEST_SEED");

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => ByName(testCollections, static collection => collection.TestCollectionDisplayName);

    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : notnull, ITestCase => ByName(testCases, static test => test.TestCaseDisplayName);

    public IReadOnlyCollection<TTestMethod?> OrderTestMethods<TTestMethod>(IReadOnlyCollection<TTestMethod?> testMethods)
        where TTestMethod : notnull, ITestMethod => ByName(testMethods, static method => method?.MethodName);

    public IReadOnlyCollection<TTestClass?> OrderTestClasses<TTestClass>(IReadOnlyCollection<TTestClass?> testClasses)
        where TTestClass : notnull, ITestClass => ByName(testClasses, static type => type?.TestClassName);

    private static T[] ByName<T>(IEnumerable<T> tests, Func<T, string?> name) =>
        [.. tests.OrderBy(test => Key(name(test) ?? string.Empty), StringComparer.Ordinal)];

    private static string Key(string name) =>
        string.IsNullOrEmpty(Seed) ? name : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Seed + name)));
}
