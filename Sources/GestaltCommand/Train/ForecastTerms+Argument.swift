import ArgumentParser
import GestaltRecipes

extension ForecastTerms: ExpressibleByArgument {}
