using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

[assembly: TestCaseOrderer(typeof(TestOrder))]
