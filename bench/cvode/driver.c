/*
 * Times CVODE on the problems of ivp.json. Reads lines "problem method jacobian rtol atol repeats" from standard input
 * and answers each with "seconds steps evaluations status y1 y2 …": seconds per solve, create and free included, as a
 * caller pays them, after one solve to warm up. method: adams, bdf; jacobian: dq (difference quotients), user, band.
 *   gcc -O2 -o driver driver.c -lsundials_cvode -lsundials_nvecserial -lm
 */
#include <cvode/cvode.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sundials/sundials_context.h>
#include <sunlinsol/sunlinsol_band.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_band.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>
#include <time.h>

#define Y(v) N_VGetArrayPointer(v)

static double mu;

static int lotka_volterra(realtype t, N_Vector v, N_Vector d, void *data) {
  double *y = Y(v), *f = Y(d);
  f[0] = 1.5 * y[0] - y[0] * y[1];
  f[1] = -3 * y[1] + y[0] * y[1];
  return 0;
}

static int lorenz(realtype t, N_Vector v, N_Vector d, void *data) {
  double *y = Y(v), *f = Y(d);
  f[0] = 10 * (y[1] - y[0]);
  f[1] = y[0] * (28 - y[2]) - y[1];
  f[2] = y[0] * y[1] - 8.0 / 3 * y[2];
  return 0;
}

static int vdp(realtype t, N_Vector v, N_Vector d, void *data) {
  double *y = Y(v), *f = Y(d);
  f[0] = y[1];
  f[1] = mu * (1 - y[0] * y[0]) * y[1] - y[0];
  return 0;
}

static int pleiades(realtype t, N_Vector v, N_Vector d, void *data) {
  double *y = Y(v), *f = Y(d);
  for (int i = 0; i < 14; i++) f[i] = y[i + 14];
  for (int i = 14; i < 28; i++) f[i] = 0;
  for (int i = 0; i < 7; i++)
    for (int j = i + 1; j < 7; j++) {
      double dx = y[j] - y[i], dy = y[j + 7] - y[i + 7];
      double r2 = dx * dx + dy * dy, r3 = 1 / (r2 * sqrt(r2));
      f[14 + i] += (j + 1) * dx * r3;
      f[21 + i] += (j + 1) * dy * r3;
      f[14 + j] -= (i + 1) * dx * r3;
      f[21 + j] -= (i + 1) * dy * r3;
    }
  return 0;
}

static int robertson(realtype t, N_Vector v, N_Vector d, void *data) {
  double *y = Y(v), *f = Y(d);
  f[0] = -0.04 * y[0] + 1e4 * y[1] * y[2];
  f[2] = 3e7 * y[1] * y[1];
  f[1] = -f[0] - f[2];
  return 0;
}

static int oregonator(realtype t, N_Vector v, N_Vector d, void *data) {
  double *y = Y(v), *f = Y(d);
  f[0] = 77.27 * (y[1] + y[0] * (1 - 8.375e-6 * y[0] - y[1]));
  f[1] = (y[2] - (1 + y[0]) * y[1]) / 77.27;
  f[2] = 0.161 * (y[0] - y[2]);
  return 0;
}

static int hires(realtype t, N_Vector v, N_Vector d, void *data) {
  double *y = Y(v), *f = Y(d), r = 280 * y[5] * y[7];
  f[0] = -1.71 * y[0] + 0.43 * y[1] + 8.32 * y[2] + 0.0007;
  f[1] = 1.71 * y[0] - 8.75 * y[1];
  f[2] = -10.03 * y[2] + 0.43 * y[3] + 0.035 * y[4];
  f[3] = 8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3];
  f[4] = -1.745 * y[4] + 0.43 * y[5] + 0.43 * y[6];
  f[5] = -r + 0.69 * y[3] + 1.71 * y[4] - 0.43 * y[5] + 0.69 * y[6];
  f[6] = r - 1.81 * y[6];
  f[7] = -f[6];
  return 0;
}

static int rod(realtype t, N_Vector v, N_Vector d, void *data) {
  double *y = Y(v), *f = Y(d);
  f[0] = 100 * (y[1] - y[0]) + 5;
  for (int i = 1; i < 49; i++) f[i] = 100 * (y[i - 1] - 2 * y[i] + y[i + 1]);
  f[49] = 100 * (y[48] - y[49]) - 2 * (y[49] - 20);
  return 0;
}

#define J(i, j) SM_ELEMENT_D(m, i, j)

static int vdp_jacobian(realtype t, N_Vector v, N_Vector f, SUNMatrix m, void *d, N_Vector a, N_Vector b, N_Vector c) {
  double *y = Y(v);
  J(0, 1) = 1;
  J(1, 0) = -2 * mu * y[0] * y[1] - 1;
  J(1, 1) = mu * (1 - y[0] * y[0]);
  return 0;
}

static int robertson_jacobian(realtype t, N_Vector v, N_Vector f, SUNMatrix m, void *d, N_Vector a, N_Vector b,
                              N_Vector c) {
  double *y = Y(v);
  J(0, 0) = -0.04, J(0, 1) = 1e4 * y[2], J(0, 2) = 1e4 * y[1];
  J(1, 0) = 0.04, J(1, 1) = -1e4 * y[2] - 6e7 * y[1], J(1, 2) = -1e4 * y[1];
  J(2, 0) = 0, J(2, 1) = 6e7 * y[1], J(2, 2) = 0;
  return 0;
}

static int oregonator_jacobian(realtype t, N_Vector v, N_Vector f, SUNMatrix m, void *d, N_Vector a, N_Vector b,
                               N_Vector c) {
  double *y = Y(v);
  J(0, 0) = 77.27 * (1 - 2 * 8.375e-6 * y[0] - y[1]), J(0, 1) = 77.27 * (1 - y[0]), J(0, 2) = 0;
  J(1, 0) = -y[1] / 77.27, J(1, 1) = -(1 + y[0]) / 77.27, J(1, 2) = 1 / 77.27;
  J(2, 0) = 0.161, J(2, 1) = 0, J(2, 2) = -0.161;
  return 0;
}

static int hires_jacobian(realtype t, N_Vector v, N_Vector f, SUNMatrix m, void *d, N_Vector a, N_Vector b, N_Vector c) {
  double *y = Y(v), r6 = 280 * y[7], r8 = 280 * y[5];
  J(0, 0) = -1.71, J(0, 1) = 0.43, J(0, 2) = 8.32;
  J(1, 0) = 1.71, J(1, 1) = -8.75;
  J(2, 2) = -10.03, J(2, 3) = 0.43, J(2, 4) = 0.035;
  J(3, 1) = 8.32, J(3, 2) = 1.71, J(3, 3) = -1.12;
  J(4, 4) = -1.745, J(4, 5) = 0.43, J(4, 6) = 0.43;
  J(5, 3) = 0.69, J(5, 4) = 1.71, J(5, 5) = -r6 - 0.43, J(5, 6) = 0.69, J(5, 7) = -r8;
  J(6, 5) = r6, J(6, 6) = -1.81, J(6, 7) = r8;
  J(7, 5) = -r6, J(7, 6) = 1.81, J(7, 7) = -r8;
  return 0;
}

static int rod_jacobian(realtype t, N_Vector v, N_Vector f, SUNMatrix m, void *d, N_Vector a, N_Vector b, N_Vector c) {
  for (int i = 0; i < 50; i++) {
    SM_ELEMENT_B(m, i, i) = i == 0 ? -100 : i == 49 ? -102 : -200;
    if (i > 0) SM_ELEMENT_B(m, i, i - 1) = SM_ELEMENT_B(m, i - 1, i) = 100;
  }
  return 0;
}

struct problem {
  const char *name;
  CVRhsFn f;
  CVLsJacFn jacobian;
  double mu, t1;
  int n;
  double y0[50];
};

static struct problem problems[] = {
    {"lotka_volterra", lotka_volterra, NULL, 0, 10, 2, {1, 1}},
    {"lorenz", lorenz, NULL, 0, 5, 3, {1, 1, 1}},
    {"vdp_mu5", vdp, vdp_jacobian, 5, 20, 2, {2, 0}},
    {"pleiades", pleiades, NULL, 0, 3, 28, {3, 3, -1, -3, 2, -2, 2, 3, -3, 2, 0, 0, -4, 4, 0, 0, 0, 0, 0, 1.75, -1.5, 0, 0, 0, -1.25, 1, 0, 0}},
    {"robertson", robertson, robertson_jacobian, 0, 1e4, 3, {1, 0, 0}},
    {"vdp_mu1000", vdp, vdp_jacobian, 1000, 2000, 2, {2, 0}},
    {"hires", hires, hires_jacobian, 0, 321.8122, 8, {1, 0, 0, 0, 0, 0, 0, 0.0057}},
    {"oregonator", oregonator, oregonator_jacobian, 0, 360, 3, {1, 2, 3}},
    {"rod50", rod, rod_jacobian, 0, 60, 50, {0}},
};

static int solve(struct problem *p, int bdf, const char *kind, double rtol, double atol, double *out, long *steps,
                 long *evaluations) {
  SUNContext context;
  SUNMatrix matrix = NULL;
  SUNLinearSolver linear = NULL;
  SUNNonlinearSolver nonlinear = NULL;
  realtype t;
  SUNContext_Create(NULL, &context);
  N_Vector y = N_VNew_Serial(p->n, context);
  memcpy(Y(y), p->y0, p->n * sizeof(double));
  mu = p->mu;
  void *cvode = CVodeCreate(bdf ? CV_BDF : CV_ADAMS, context);
  CVodeInit(cvode, p->f, 0, y);
  CVodeSStolerances(cvode, rtol, atol);
  CVodeSetMaxNumSteps(cvode, 1000000);
  CVodeSetErrFile(cvode, NULL);
  if (bdf) {
    int band = !strcmp(kind, "band") || !strcmp(kind, "band-dq");
    matrix = band ? SUNBandMatrix(p->n, 1, 1, context) : SUNDenseMatrix(p->n, p->n, context);
    linear = band ? SUNLinSol_Band(y, matrix, context) : SUNLinSol_Dense(y, matrix, context);
    CVodeSetLinearSolver(cvode, linear, matrix);
    if (!strcmp(kind, "user") || !strcmp(kind, "band")) CVodeSetJacFn(cvode, p->jacobian);
  } else {
    nonlinear = SUNNonlinSol_FixedPoint(y, 0, context);
    CVodeSetNonlinearSolver(cvode, nonlinear);
  }
  int status = CVode(cvode, p->t1, y, &t, CV_NORMAL);
  /* As a user gets the answer: interpolated at t1. */
  CVodeGetNumSteps(cvode, steps);
  CVodeGetNumRhsEvals(cvode, evaluations);
  memcpy(out, Y(y), p->n * sizeof(double));
  CVodeFree(&cvode);
  if (linear) SUNLinSolFree(linear);
  if (matrix) SUNMatDestroy(matrix);
  if (nonlinear) SUNNonlinSolFree(nonlinear);
  N_VDestroy(y);
  SUNContext_Free(&context);
  return status;
}

static double now(void) {
  struct timespec s;
  clock_gettime(CLOCK_MONOTONIC, &s);
  return s.tv_sec + 1e-9 * s.tv_nsec;
}

int main(void) {
  char name[64], method[16], kind[16];
  double rtol, atol, out[50];
  int repeats;
  for (int i = 0; i < 50; i++) problems[8].y0[i] = 20;
  while (scanf("%63s %15s %15s %lf %lf %d", name, method, kind, &rtol, &atol, &repeats) == 6) {
    struct problem *p = NULL;
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
      if (!strcmp(problems[i].name, name)) p = &problems[i];
    if (!p) {
      printf("unknown\n");
      fflush(stdout);
      continue;
    }
    long steps = 0, evaluations = 0;
    int bdf = !strcmp(method, "bdf");
    int status = solve(p, bdf, kind, rtol, atol, out, &steps, &evaluations);
    double start = now();
    for (int i = 0; i < repeats; i++) solve(p, bdf, kind, rtol, atol, out, &steps, &evaluations);
    printf("%.9e %ld %ld %d", (now() - start) / repeats, steps, evaluations, status);
    for (int i = 0; i < p->n; i++) printf(" %.17g", out[i]);
    printf("\n");
    fflush(stdout);
  }
  return 0;
}
