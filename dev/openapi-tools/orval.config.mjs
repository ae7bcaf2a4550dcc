export default {
  api: {
    input: { target: process.env.OPENAPI },
    output: { target: `${process.env.OUT}/orval/api.ts`, client: "fetch", baseUrl: process.env.ORIGIN },
  },
};
